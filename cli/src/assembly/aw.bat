@echo off
rem SPDX-License-Identifier: Apache-2.0
rem aw, the command line of arrow-world, on Windows: reads, verifies and exports stores.
setlocal
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
"%JAVA%" %AW_JAVA_OPTS% -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 -jar "%~dp0..\aw.jar" %*
exit /b %ERRORLEVEL%
