# Install, package config and pkg-config file.
#
# Components: `library` (headers, static libraries, package files) and `tool` (the command, its man pages, completion).
option(KEYWAY_INSTALL "Make install rules" ${PROJECT_IS_TOP_LEVEL})
if(NOT KEYWAY_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)

set(KEYWAY_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/keyway")

# Each set of targets has a file of its own, so that nobody needs SQLite for a TLS connection.
function(keyway_install_targets set)
  install(TARGETS ${ARGN} EXPORT ${set}
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT library
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(EXPORT ${set} NAMESPACE keyway:: DESTINATION "${KEYWAY_CMAKE_DIR}" COMPONENT library)
endfunction()

keyway_install_targets(keywayTargets keyway keyway_kernel keyway_tls keyway_x509 keyway_crypto keyway_compression
  keyway_core)
set(headers_left_out PATTERN "authority.hpp" EXCLUDE)
if(KEYWAY_BUILD_TOOL)
  keyway_install_targets(keywayAuthorityTargets keyway_authority)
  set(headers_left_out "")
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/keyway" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT library
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inc" ${headers_left_out})

# --- find_package(keyway)
set(KEYWAY_NEEDS_IPSEC_MB OFF)
set(KEYWAY_PC_LIBS "")
if(KEYWAY_IPSEC_MB AND KEYWAY_IPSEC_MB_LIBRARY AND KEYWAY_IPSEC_MB_INCLUDE)
  set(KEYWAY_NEEDS_IPSEC_MB ON)
  set(KEYWAY_PC_LIBS "-lIPSec_MB")
endif()
get_property(KEYWAY_OPTIONAL_LIBRARIES GLOBAL PROPERTY KEYWAY_OPTIONAL_LIBRARIES)
foreach(library ${KEYWAY_OPTIONAL_LIBRARIES})
  string(APPEND KEYWAY_PC_LIBS " -l${library}")
endforeach()
configure_package_config_file("${PROJECT_SOURCE_DIR}/packaging/cmake/keywayConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/keywayConfig.cmake" INSTALL_DESTINATION "${KEYWAY_CMAKE_DIR}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/keywayConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/keywayConfig.cmake" "${PROJECT_BINARY_DIR}/keywayConfigVersion.cmake"
  DESTINATION "${KEYWAY_CMAKE_DIR}" COMPONENT library)

# --- pkg-config
# Relative, so that the prefix can be chosen, and moved, after the build.
file(RELATIVE_PATH KEYWAY_PC_TO_PREFIX "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
configure_file("${PROJECT_SOURCE_DIR}/packaging/keyway.pc.in" "${PROJECT_BINARY_DIR}/keyway.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/keyway.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT library)

# --- the command
if(KEYWAY_BUILD_TOOL)
  install(TARGETS keyway_tool RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT tool)
  file(GLOB man_pages CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/packaging/man/*.1")
  install(FILES ${man_pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT tool)
  install(FILES "${PROJECT_SOURCE_DIR}/packaging/completions/keyway.bash"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME keyway COMPONENT tool)
endif()

# --- tests: whole projects that use what was installed, and documentation that keeps up with --help
if(KEYWAY_BUILD_TESTS)
  foreach(way find_package add_subdirectory pkg_config)
    add_test(NAME consumer.${way}
      COMMAND "${CMAKE_COMMAND}" -DWAY=${way} "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DBUILD=${PROJECT_BINARY_DIR}"
              "-DWORK=${PROJECT_BINARY_DIR}/consumer/${way}" "-DCXX=${CMAKE_CXX_COMPILER}"
              "-DBUILD_TYPE=${CMAKE_BUILD_TYPE}" "-DGENERATOR=${CMAKE_GENERATOR}" "-DLIBDIR=${CMAKE_INSTALL_LIBDIR}"
              "-DLAUNCHER=$<$<BOOL:${KEYWAY_CCACHE}>:${KEYWAY_CCACHE}>" "-DSANITIZE=${KEYWAY_SANITIZE}"
              "-DCXX_FLAGS=${CMAKE_CXX_FLAGS}" -DWERROR=${KEYWAY_WERROR} -DIPSEC_MB=${KEYWAY_IPSEC_MB} -P "${PROJECT_SOURCE_DIR}/tests/consumer/run.cmake")
    set_tests_properties(consumer.${way} PROPERTIES TIMEOUT 900 LABELS packaging)
  endforeach()
endif()
if(KEYWAY_BUILD_TESTS AND KEYWAY_BUILD_TOOL)
  foreach(check help_is_documented demo_tells_all demo_tells_classic demo_tells_more man_pages_render completion_completes colour_only_on_terminals inspect_bad_input)
    add_test(NAME packaging.${check}
      COMMAND bash "${PROJECT_SOURCE_DIR}/tests/packaging/${check}.sh" "$<TARGET_FILE:keyway_tool>" "${PROJECT_SOURCE_DIR}")
    set_tests_properties(packaging.${check} PROPERTIES TIMEOUT 120 LABELS packaging SKIP_RETURN_CODE 77)
  endforeach()
endif()
