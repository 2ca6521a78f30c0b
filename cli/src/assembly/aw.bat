@echo off
rem SPDX-License-Identifier: Apache-2.0
rem aw, the command line of arrow-world, on Windows: reads, verifies and exports stores.
setlocal
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
set "AW_START=-jar "%~dp0..\aw.jar""
echo %* | findstr /c:"s3://" >nul && set "AW_START=-cp "%~dp0..\aw.jar;%~dp0..\lib\s3\*" org.arrowworld.cli.Main"
"%JAVA%" %AW_JAVA_OPTS% -Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 %AW_START% %*
exit /b %ERRORLEVEL%
