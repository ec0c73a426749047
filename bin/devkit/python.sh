# Find a Python for the scripts in bin/: 3.10 or later. Each candidate is run, because a name on
# the path may be a version manager's empty shim.
run_devkit() {
    for candidate in python3 python3.12 python3.11 python3.13 python3.10 /usr/bin/python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            bin=$(dirname "$(readlink -f "$0")")
            module=$1
            shift
            PYTHONPATH="$bin" PYTHONDONTWRITEBYTECODE=1 exec "$candidate" -m "devkit.$module" "$@"
        fi
    done
    echo "error: Python 3.10 or later is needed: sudo apt-get install python3 python3-venv" >&2
    exit 1
}
