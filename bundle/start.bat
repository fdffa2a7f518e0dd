@echo off
rem Sets the course up from this stick, once, and opens it.
setlocal
cd /d "%~dp0"
set found=
for %%v in (@pythons@) do for %%p in ("py -%%v" "python" "python3") do for /f %%f in ('%%~p -c "import sys; print(sys.version[:5])" 2^>nul') do if "%%f"=="%%v." if not defined found set found=%%~p
if defined found goto start
echo The course needs Python @any_python@, and none was found on this computer.
echo Install one: your teacher may have its installer on the stick; it is from python.org.
echo Tick "Add python.exe to PATH" when it asks. Then start this again.
pause
exit /b 1

:start
call %found% start.py %*
set code=%errorlevel%
if not %code%==0 pause
exit /b %code%
