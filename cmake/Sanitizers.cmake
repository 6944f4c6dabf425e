if(KEYWAY_SANITIZE)
  add_compile_options(-fsanitize=${KEYWAY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KEYWAY_SANITIZE})
endif()
