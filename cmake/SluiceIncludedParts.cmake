# SPDX-License-Identifier: Apache-2.0
# sluice_link_included_parts(TARGET SOURCE)
#
# Links the parts whose headers SOURCE includes, as "part/..." or <sluice/part...>: so that a
# program of fuzz/ or bench/ builds what it needs, and not all of Sluice.
function(sluice_link_included_parts TARGET SOURCE)
  file(STRINGS ${SOURCE} includes REGEX "^#include [\"<]")
  foreach(part cli broker connector client net smartmodule options wire base)
    if(TARGET sluice_${part} AND includes MATCHES "[\"<](sluice/)?${part}[/.]")
      target_link_libraries(${TARGET} PRIVATE sluice_${part})
    endif()
  endforeach()
endfunction()
