# Sourced after environment.sh: the environment that tests, checks and benchmarks share.
#
# Training code needs torch, which is large: PYOJEONG_TEST_TRAIN=1 installs it. PYOJEONG_TORCH
# names the builds to try first, ones without CUDA for example (torchvision has to fit torch).

development() {
    if [ "${PYOJEONG_TEST_TRAIN:-0}" != 1 ]; then
        environment test --editable ".[dev]"
    elif [ -n "${PYOJEONG_TORCH:-}" ]; then
        environment test --try "$PYOJEONG_TORCH" --editable ".[dev,train]"
    else
        environment test --editable ".[dev,train]"
    fi
}
