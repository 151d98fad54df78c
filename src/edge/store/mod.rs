//! What is kept between runs: encrypted sessions, their key in the kernel, locks, and the codes that
//! were used.

pub(crate) mod cache;
pub(crate) mod cache_key;
pub(crate) mod cache_write;
pub(crate) mod crypto;
pub(crate) mod health;
pub(crate) mod inventory;
pub(crate) mod keyring;
pub(crate) mod opener;
pub(crate) mod plain_notice;
pub(crate) mod private_files;
pub(crate) mod record;
pub(crate) mod room;
pub(crate) mod used_codes;
