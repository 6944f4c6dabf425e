# keyway_warnings(target [UNSAFE_BUFFERS_ALLOWED])
#
# The warnings that all code compiles clean under. clang's -Wunsafe-buffer-usage is an error in the library; the few
# files that face C libraries say so at their top, each use with a SAFETY line.
function(keyway_warnings target)
  cmake_parse_arguments(ARG "UNSAFE_BUFFERS_ALLOWED" "" "" ${ARGN})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow)
  # [[clang::lifetimebound]] is for clang alone.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -Wno-attributes=clang::)
  endif()
  # GCC 12 sees an overlap or an overflow in every `"text" + std::string` (GCC bug 105651, mended in 13).
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
  endif()
  if(KEYWAY_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 19
     AND NOT ARG_UNSAFE_BUFFERS_ALLOWED)
    target_compile_options(${target} PRIVATE -Werror=unsafe-buffer-usage)
  endif()
endfunction()
