#![no_main] // edge/process/inherited.rs says why
#[unsafe(no_mangle)]
unsafe extern "C" fn main(argc: i32, argv: *const *const std::ffi::c_char) -> i32 {
    // SAFETY: these are what the system gives to a program's main.
    let words = unsafe { mfaexec::words(argc, argv) };
    mfaexec::run(&words)
}
