# Sourced by ./run and ./test. `prepare run` and `prepare test`, called in the project's folder, leave a .venv that
# holds what the lock says. Everything it prints goes to stderr: stdout belongs to the command.

export PYTHONUTF8="${PYTHONUTF8:-1}"
[ -n "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ] || export LC_ALL=C.UTF-8

say() { echo "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

# The first Python 3.11 or later, by its real path: the one in PATH may be that of the .venv about to be replaced.
find_python() {
    for name in python3 python3.11 python3.12 python3.13 python3.14; do
        "$name" -c 'import os, sys; sys.version_info < (3, 11) and sys.exit(1); print(os.path.realpath(sys.executable))' \
            2>/dev/null && return
    done
    return 1
}

# What .venv is made from: a moved folder or another Python needs a new one as much as a new lock does.
recipe() {
    .venv/bin/python -c 'import sys; print(sys.version, *sys.argv[1:])' "$PWD" &&
        sed -n '/^\[project/,/^\[dependency/p' pyproject.toml &&
        cat locks/build.txt "locks/$1.txt"
}

up_to_date() { [ -f ".venv/made-$1" ] && recipe "$1" 2>/dev/null | cmp -s - ".venv/made-$1"; }

# Installs Debian packages, or says how and stops.
install_packages() {
    line="apt-get update && apt-get install --no-install-recommends -y $*"
    command -v apt-get >/dev/null || fail "缺少系统软件：$*。请先用本机的软件管理器安装。"
    [ "$(id -u)" = 0 ] || fail "缺少系统软件。请用管理员身份运行下面这一行，然后重试：
    $line"
    say "正在安装系统软件：$*……"
    DEBIAN_FRONTEND=noninteractive PATH="$PATH:/usr/sbin:/sbin" sh -c "$line" >&2 ||
        fail "系统软件没有装上。请检查网络和软件源，然后重试。"
}

# Bare Debian has neither ensurepip nor the certificates that its pip trusts.
choose_python() {
    missing=
    python=$(find_python) && "$python" -c 'import ensurepip, venv' 2>/dev/null || missing=python3-venv
    if [ -f /etc/debian_version ] && [ ! -s /etc/ssl/certs/ca-certificates.crt ]; then
        [ -n "${PIP_NO_INDEX:-}${PIP_CERT:-}" ] || missing="$missing ca-certificates"
    fi
    [ -z "$missing" ] || install_packages $missing
    python=$(find_python) || fail "没有找到 Python 3.11 或更新的版本。"
}

pip_install() {
    quiet=--quiet
    [ ! -t 2 ] || quiet=
    .venv/bin/python -m pip install --no-input --disable-pip-version-check $quiet "$@" >&2 ||
        fail "依赖没有装上。请看上面的提示，检查网络，然后重试。"
}

make_venv() {
    choose_python
    say "正在用 $("$python" -V) 建立运行环境……"
    rm -rf .venv
    "$python" -m venv .venv >&2 || fail "运行环境没有建成。"
    pip_install --require-hashes -r locks/build.txt
}

# Only a whole .venv bears a mark. The test lock holds the run lock, so it goes on top of it.
make_environment() {
    [ "$1" = test ] && up_to_date run || make_venv
    rm -f .venv/made-*
    say "正在安装依赖，第一次需要几分钟……"
    pip_install --require-hashes --no-build-isolation -r "locks/$1.txt"
    pip_install --no-deps --no-build-isolation --editable .
    recipe "$1" >".venv/making-$1"
    [ "$1" = run ] || recipe run >.venv/made-run
    mv ".venv/making-$1" ".venv/made-$1"
    say "运行环境已就绪。"
}

prepare() {
    ! up_to_date "$1" || return 0
    (
        flock -n 9 || { say "另一个进程正在准备运行环境，请稍候……" && flock 9; }
        up_to_date "$1" || make_environment "$1"
    ) 9>.venv.lock
}
