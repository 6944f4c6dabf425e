# Builds and runs one consumer project: WAY is find_package, add_subdirectory or pkg_config. What is installed goes into
# a prefix of its own.
cmake_minimum_required(VERSION 3.25)

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${what} failed (${result}):\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(prefix "${WORK}/prefix")
if(NOT WAY STREQUAL "add_subdirectory")
  run("install" "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --component library)
  # A package that still looks into the build or the source would not work on another machine.
  file(GLOB_RECURSE package_files "${prefix}/*.cmake" "${prefix}/*.pc")
  foreach(file IN LISTS package_files)
    file(READ "${file}" text)
    foreach(place "${SOURCE}/src" "${SOURCE}/include" "${BUILD}/src")
      string(FIND "${text}" "${place}" at)
      if(NOT at EQUAL -1)
        message(FATAL_ERROR "${file} speaks of ${place}")
      endif()
    endforeach()
  endforeach()
endif()

if(SANITIZE)
  string(APPEND CXX_FLAGS " -fsanitize=${SANITIZE}")
endif()
set(ENV{CCACHE_SLOPPINESS} pch_defines,time_macros)
set(ENV{PKG_CONFIG_PATH} "${prefix}/${LIBDIR}/pkgconfig")
run("configure" "${CMAKE_COMMAND}" --no-warn-unused-cli -S "${SOURCE}/tests/consumer/${WAY}" -B "${WORK}/build" -G "${GENERATOR}"
  "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}" "-DCMAKE_PREFIX_PATH=${prefix}"
  "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}"
  # With the same flags as the build's, a compiler cache has all that add_subdirectory compiles again.
  -DKEYWAY_WERROR=${WERROR} -DKEYWAY_IPSEC_MB=${IPSEC_MB})
run("build" "${CMAKE_COMMAND}" --build "${WORK}/build" --parallel 2 --target consumer)
file(GLOB_RECURSE programs LIST_DIRECTORIES FALSE "${WORK}/build/consumer")
list(GET programs 0 program)
run("the program" "${program}")
message(STATUS "${WAY}: ${output}")
if(NOT output MATCHES "ClientHello: [0-9]+ bytes")
  message(FATAL_ERROR "the program said: ${output}")
endif()
