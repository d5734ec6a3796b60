# Makes the runbook's page out of its Markdown: cmake -DCMARK=PROGRAM -DFROM=FILE.md -DOUTPUT=FILE.html -P runbook.cmake
execute_process(COMMAND "${CMARK}" "${FROM}" OUTPUT_VARIABLE html COMMAND_ERROR_IS_FATAL ANY)
# Anchors as GitHub makes them: that of TaskgateFull is "taskgatefull".
string(REGEX MATCHALL "<h[23]>[^<]+" headings "${html}")
foreach(heading IN LISTS headings)
  string(SUBSTRING "${heading}" 0 3 tag)
  string(SUBSTRING "${heading}" 4 -1 title)
  string(TOLOWER "${title}" anchor)
  string(REPLACE " " "-" anchor "${anchor}")
  string(REPLACE "${heading}<" "${tag} id=\"${anchor}\">${title}<" html "${html}")
endforeach()
# The gate serves no other page of the documentation: of a link to one its words stay.
string(REGEX REPLACE "<a href=\"[^#\"][^\"]*\">([^<]*)</a>" "\\1" html "${html}")
file(WRITE "${OUTPUT}" "${html}")
