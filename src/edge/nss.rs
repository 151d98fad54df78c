//! Where names of hosts and users come from.

/// To be called before the first look-up of a host or a user. Does nothing in a program that is
/// linked dynamically.
///
/// A static one must not load the modules that nsswitch.conf names: they are those of the
/// machine's C library, and it has another one in it. Files and DNS are built in, and enough.
pub(crate) fn stay_within_the_program() {
    #[cfg(all(target_env = "gnu", target_feature = "crt-static"))]
    {
        use std::ffi::{CStr, c_char, c_int};
        unsafe extern "C" {
            /// nss.h: what a database consists of, in the words of nsswitch.conf(5), and instead
            /// of what is written there.
            fn __nss_configure_lookup(database: *const c_char, modules: *const c_char) -> c_int;
        }
        const DATABASES: [(&CStr, &CStr); 2] = [(c"hosts", c"files dns"), (c"passwd", c"files")];
        for (database, modules) in DATABASES {
            // SAFETY: two C strings that live for ever, and no other thread yet that looks up names.
            let result = unsafe { __nss_configure_lookup(database.as_ptr(), modules.as_ptr()) };
            if result != 0 {
                log::debug!("names are looked up as nsswitch.conf says");
            }
        }
    }
}
