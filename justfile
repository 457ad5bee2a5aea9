# What people do here; the README's two commands need none of it.

# The tour on real data.
demo:
    cargo run --release -- demo

# What CI runs.
check:
    .ci/run

# The long forms of the suites that CI runs short.
long:
    cargo test --workspace --release -- --include-ignored

# Ratios of append, verify and rebuild against a plain file; see docs/performance.md.
bench:
    cargo bench --workspace

# Take over what the program prints now, after reading the difference.
accept:
    INSTA_UPDATE=always cargo test --workspace
