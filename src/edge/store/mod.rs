//! What is kept between runs: encrypted sessions, their key in the kernel, locks, and the codes that
//! were used.

pub mod cache;
pub mod cache_key;
pub mod changes;
pub mod crypto;
pub mod device_lock;
pub mod inventory;
pub mod keyring;
pub mod lock_holder;
pub mod opener;
pub mod private_dir;
pub mod record;
pub mod room;
pub mod told;
pub mod trust;
pub mod used_codes;
