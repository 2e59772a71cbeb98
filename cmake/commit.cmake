# Writes OUT, a header that names the commit of SOURCE, unless it says so already: whoever includes it is compiled anew only
# where the commit is another. Empty where there is no git, or where SOURCE is no checkout of its own but lies in one.
# Usage: cmake -D SOURCE=FOLDER -D OUT=FILE -P commit.cmake
set(commit "")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE} rev-parse --show-prefix OUTPUT_VARIABLE inside RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT failed AND inside STREQUAL "")
    execute_process(COMMAND ${GIT} --no-optional-locks -C ${SOURCE} describe --always --dirty --abbrev=12 OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
endif()
set(content "#define GRAPEVINE_COMMIT \"${commit}\"\n")
set(there "")
if(EXISTS ${OUT})
  file(READ ${OUT} there)
endif()
if(NOT content STREQUAL there)
  file(WRITE ${OUT} "${content}")
endif()
