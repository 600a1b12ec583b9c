//! `xdplive-bench`: the benchmarks behind `make bench`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xdplive_bench::main()
}
