//! Questions to a person: what they say, how they are asked, and who has asked them.

pub mod assuan;
pub mod lock_record;
pub mod method;
pub mod question;
