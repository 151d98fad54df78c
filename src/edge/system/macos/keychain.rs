//! What a keychain's answers mean.

use std::ffi::{c_int, c_void};

/// Results of SecBase.h.
pub(crate) const CANCELLED: i32 = -128;
pub(crate) const AUTH_FAILED: i32 = -25293;
pub(crate) const NO_SUCH_KEYCHAIN: i32 = -25294;
pub(crate) const NOT_FOUND: i32 = -25300;
pub(crate) const NO_DEFAULT_KEYCHAIN: i32 = -25307;
pub(crate) const INTERACTION_NOT_ALLOWED: i32 = -25308;

#[link(name = "Security", kind = "framework")]
unsafe extern "C" {
    /// SecKeychain.h. Without a keychain, it is about the default one.
    fn SecKeychainGetStatus(keychain: *const c_void, status: *mut u32) -> c_int;
}

/// A keychain says the same of an item that it would ask about and of being locked.
pub(crate) fn is_unlocked() -> bool {
    /// kSecUnlockStateStatus.
    const UNLOCKED: u32 = 1;
    let mut status = 0;
    // SAFETY: it writes the status to where it is told.
    let result = unsafe { SecKeychainGetStatus(std::ptr::null(), &raw mut status) };
    result == 0 && status & UNLOCKED != 0
}
