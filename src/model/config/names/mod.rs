//! Names of settings and profiles: which are known, and which one a similar name was meant to be.

pub(super) mod known;
pub(super) mod misspelt;
pub(super) mod suggest;
