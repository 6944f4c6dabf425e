# Libraries that Keyway uses where they are there.
#
# keyway_optional_library(target name header libraries…): where header and libraries are there, `target` is compiled with
# KEYWAY_HAS_<NAME> and links them, each by a name which the package config looks up anew on the machine of the user.
function(keyway_optional_library target name header)
  string(TOUPPER ${name} upper)
  find_path(KEYWAY_${upper}_INCLUDE ${header})
  set(found ${KEYWAY_${upper}_INCLUDE})
  foreach(library ${ARGN})
    find_library(KEYWAY_LIBRARY_${library} ${library})
    if(NOT KEYWAY_LIBRARY_${library})
      set(found FALSE)
    endif()
  endforeach()
  if(NOT found)
    return()
  endif()
  target_compile_definitions(${target} PRIVATE KEYWAY_HAS_${upper}=1)
  target_include_directories(${target} SYSTEM PRIVATE "${KEYWAY_${upper}_INCLUDE}")
  foreach(library ${ARGN})
    if(NOT TARGET keyway::lib${library})
      add_library(keyway::lib${library} UNKNOWN IMPORTED GLOBAL)
      set_target_properties(keyway::lib${library} PROPERTIES IMPORTED_LOCATION "${KEYWAY_LIBRARY_${library}}")
    endif()
    target_link_libraries(${target} PRIVATE keyway::lib${library})
  endforeach()
  # For the package config and the pkg-config file.
  set_property(GLOBAL APPEND PROPERTY KEYWAY_OPTIONAL_LIBRARIES ${ARGN})
endfunction()
