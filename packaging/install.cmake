# SPDX-FileCopyrightText: the Timmy Tower Console authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What `cmake --install` puts where: the programs, and what a desktop or a server needs to start them.
include(GNUInstallDirs)

foreach(program tower-console towerd towerctl tower-relay-policy)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME)
    install(FILES packaging/man/${program}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  endif()
endforeach()

install(FILES README.md LICENSE packaging/strfry.conf.example packaging/tower.ini.example
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY resources/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md")
if(TARGET towerd)
  # Units are looked for in lib/, whatever the architecture's library folder is.
  install(FILES packaging/towerd.service DESTINATION lib/systemd/system)
endif()
if(TARGET tower-console)
  install(FILES packaging/io.timmytower.Console.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
  install(FILES packaging/io.timmytower.Console.metainfo.xml DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
  install(FILES packaging/io.timmytower.Console.svg DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()
