# Rules of the tree that the compiler does not know.
add_test(NAME lint_layers COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/layers.cmake)
add_test(NAME lint_co_await COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/co_await.cmake)
add_test(NAME lint_service COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/service.cmake)
set_tests_properties(lint_service PROPERTIES SKIP_REGULAR_EXPRESSION "skipped: systemd-analyze is not here")
add_test(NAME lint_docs COMMAND ${CMAKE_COMMAND} -D ROOT=${PROJECT_SOURCE_DIR} -D PLIMSOLL=$<TARGET_FILE:plimsoll>
    -P ${CMAKE_CURRENT_LIST_DIR}/docs.cmake)
