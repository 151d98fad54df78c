//! Locks between runs: who has one, and what is left of those that no one has.

pub(crate) mod device_lock;
pub(crate) mod leftovers;
pub(crate) mod lock_holder;
