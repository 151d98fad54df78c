//! Questions to a person: what they say, how they are asked, and who has asked them.

pub(crate) mod assuan;
pub(crate) mod lock_record;
pub(crate) mod method;
pub(crate) mod question;
