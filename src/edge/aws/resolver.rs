//! Where names of hosts come from.

/// To be called before the first call to AWS. Does nothing in a program that is linked
/// dynamically.
///
/// A static one must not load the modules that nsswitch.conf names: they are those of the
/// machine's C library, and it has another one in it. /etc/hosts and DNS are built in, and do.
pub(crate) fn stay_within_the_program() {
    #[cfg(all(target_env = "gnu", target_feature = "crt-static"))]
    {
        use std::ffi::{CStr, c_char, c_int};
        unsafe extern "C" {
            /// nss.h: what a database consists of, in the words of nsswitch.conf(5), and instead
            /// of what is written there.
            fn __nss_configure_lookup(database: *const c_char, modules: *const c_char) -> c_int;
        }
        const DATABASE: &CStr = c"hosts";
        const MODULES: &CStr = c"files dns";
        // SAFETY: two C strings that live for ever, and no other thread yet that looks up names.
        let result = unsafe { __nss_configure_lookup(DATABASE.as_ptr(), MODULES.as_ptr()) };
        if result != 0 {
            tracing::debug!("names are looked up as nsswitch.conf says");
        }
    }
}
