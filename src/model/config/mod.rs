//! The two shared files of AWS, `~/.aws/config` and `~/.aws/credentials`: from their text to
//! profiles in which each setting knows its file and line.
//!
//! Users write these files for the AWS CLI, so its rules count: it reads them with Python's
//! `configparser` (botocore, `configloader.py`). Where the SDKs have a rule of their own, as for
//! comments behind a value, the SDKs' counts. `line` says what a line is, `parse` finds the sections,
//! and `setting` reads the settings of a section when a run asks for it.

mod edit;
mod header;
mod index;
mod line;
mod named_sections;
mod names;
mod parse;
mod private;
mod profile;
mod profiles;
mod section;
mod setting;
mod slips;

pub(crate) use edit::Edit;
pub(crate) use edit::program_profile::{ProgramProfile, name_for_programs};
pub(crate) use edit::replace_key::PlaceOfKey;
pub(crate) use profile::{LONGEST_CHAIN, Profile};
pub use profiles::Profiles;
pub use section::{ConfigFile, FileKind};
