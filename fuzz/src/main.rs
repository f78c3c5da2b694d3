//! The fuzz target, built and run by `scripts/fuzz`.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| kiosk_fuzz::judge(data));

#[cfg(not(fuzzing))]
fn main() {
    eprintln!("this needs a compiler that counts what is reached: scripts/fuzz");
    std::process::exit(2);
}
