@echo off
rem Sets the course up from this stick, once, and opens it.
cd /d "%~dp0"
for %%v in (@pythons@) do for %%p in ("py -%%v" "python" "python3") do (
  %%~p -c "import sys; sys.exit(not sys.version.startswith('%%v.'))" >nul 2>nul && (
    %%~p start.py %*
    if errorlevel 1 pause
    exit /b
  )
)
echo The course needs Python @any_python@, and none was found on this computer.
echo Install one: your teacher may have its installer on the stick; it is from python.org.
echo Tick "Add python.exe to PATH" when it asks. Then start this again.
pause
exit /b 1
