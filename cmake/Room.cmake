# What nearly every file of the library includes, parsed once for all rooms. Each file still names what it uses: the
# checks that each header compiles alone, and clang-tidy, run without this.
set(KEYWAY_STANDARD_HEADERS <algorithm> <array> <chrono> <cstddef> <cstdint> <expected> <functional> <memory> <mutex>
  <optional> <ranges> <span> <string> <string_view> <tuple> <unordered_map> <utility> <variant> <vector>)

# keyway_join(target [folders…])
#
# The sources of each folder (of these alone, if any are named) as one unit of translation: what all of them include is
# worked through once. They may not use a name of their own twice. The presets `debug` and `clang` compile each alone.
function(keyway_join target)
  if(NOT KEYWAY_JOIN_FILES)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  if(CMAKE_CURRENT_SOURCE_DIR MATCHES "/tests$")
    # A test's local names may be another file's. What one file hides of its own shows where each is compiled alone.
    target_compile_options(${target} PRIVATE -Wno-shadow)
  endif()
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    file(RELATIVE_PATH path "${CMAKE_CURRENT_SOURCE_DIR}" "${source}")
    get_filename_component(folder "${path}" DIRECTORY)
    if(NOT ARGN OR folder IN_LIST ARGN)
      string(MAKE_C_IDENTIFIER "in_${folder}" group)
      set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${group}")
    endif()
  endforeach()
endfunction()

# keyway_room(NAME name [DEPENDS targets…] [PRIVATE targets…] [PRECOMPILE headers…])
#
# One folder of src/ as one static library that links only the rooms below it. Its sources are all .cpp files of the
# folder (those of sub-folders too). PRECOMPILE: large headers of a library that most of the room's files include.
function(keyway_room)
  cmake_parse_arguments(ARG "UNSAFE_BUFFERS_ALLOWED" "NAME" "DEPENDS;PRIVATE;PRECOMPILE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_library(keyway_${ARG_NAME} STATIC ${sources})
  add_library(keyway::${ARG_NAME} ALIAS keyway_${ARG_NAME})
  set_target_properties(keyway_${ARG_NAME} PROPERTIES OUTPUT_NAME keyway-${ARG_NAME} EXPORT_NAME ${ARG_NAME})
  target_include_directories(keyway_${ARG_NAME}
    PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
    PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_compile_features(keyway_${ARG_NAME} PUBLIC cxx_std_23)
  target_link_libraries(keyway_${ARG_NAME} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
  if(ARG_UNSAFE_BUFFERS_ALLOWED)
    keyway_warnings(keyway_${ARG_NAME} UNSAFE_BUFFERS_ALLOWED)
  else()
    keyway_warnings(keyway_${ARG_NAME})
  endif()
  if(ARG_PRECOMPILE)
    target_precompile_headers(keyway_${ARG_NAME} PRIVATE ${KEYWAY_STANDARD_HEADERS} ${ARG_PRECOMPILE})
  else()
    target_precompile_headers(keyway_${ARG_NAME} REUSE_FROM keyway_standard_headers)
  endif()
endfunction()

# keyway_room_tests(NAME name [DEPENDS targets…] [PRECOMPILE headers…])
#
# All .cpp files of a folder of tests/ as one test program.
function(keyway_room_tests)
  cmake_parse_arguments(ARG "" "NAME" "DEPENDS;PRECOMPILE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${ARG_NAME}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(keyway_${ARG_NAME}_tests ${sources})
  target_include_directories(keyway_${ARG_NAME}_tests PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(keyway_${ARG_NAME}_tests PRIVATE ${ARG_DEPENDS} keyway_testing GTest::gmock GTest::gtest_main)
  keyway_warnings(keyway_${ARG_NAME}_tests UNSAFE_BUFFERS_ALLOWED)
  keyway_test_speed(keyway_${ARG_NAME}_tests ${ARG_PRECOMPILE})
  gtest_discover_tests(keyway_${ARG_NAME}_tests TEST_PREFIX "${ARG_NAME}." DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()

# keyway_test_speed(target [headers…])
#
# What a test does is done by the library; its own code need not be fast, but soon compiled. `headers` are precompiled
# beside those that all tests include.
set(KEYWAY_TEST_HEADERS ${KEYWAY_STANDARD_HEADERS} <gtest/gtest.h> <gmock/gmock.h> <nlohmann/json.hpp>
  <keyway/keyway.hpp>)
function(keyway_test_speed target)
  target_compile_options(${target} PRIVATE "$<$<NOT:$<CONFIG:Debug>>:-O0>")
  if(ARGN)
    target_precompile_headers(${target} PRIVATE ${KEYWAY_TEST_HEADERS} ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM keyway_test_headers)
  endif()
endfunction()
