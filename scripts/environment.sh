# Sourced by the scripts beside it, from the root of the checkout.
#
#   environment NAME [--try PACKAGES] WHAT...
#
# makes the virtual environment .venv-NAME with `pip install WHAT...` and sets $python to its
# interpreter. One that is there, made from the same pyproject.toml for the same WHAT, is used
# again. PACKAGES, between spaces, are installed first if there are such builds, and left to WHAT if not.

find_python() {
    local candidate
    # The oldest first: it is the one that most packages have been built for.
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    echo "Pyojeong needs Python 3.11 or newer with the venv module (on Debian and Ubuntu:" \
        "apt install python3-venv). Set PYTHON to use one that is not on PATH." >&2
    return 1
}

environment() {
    local folder="$PWD/.venv-$1" base stamp
    shift
    base=$(find_python)
    python="$folder/bin/python"
    # An environment does not survive being moved, so where it lies is part of what it was made of.
    stamp=$(printf '%s\n' "$folder" "$*" "$("$base" --version)" "$(cat pyproject.toml)")
    if [ -x "$python" ] && [ "$(cat "$folder/made-from" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    echo "Installing into $folder (once; this takes a minute or two)..."
    rm -rf "$folder"
    "$base" -m venv "$folder"
    if [ "$1" = --try ]; then
        # shellcheck disable=SC2086 # several words
        install $2 2>/dev/null || echo "No build $2 here; the usual one is taken."
        shift 2
    fi
    install "$@"
    printf '%s\n' "$stamp" > "$folder/made-from"
}

install() {
    "$python" -m pip install -qq --disable-pip-version-check "$@"
}
