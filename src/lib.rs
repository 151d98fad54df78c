//! Runs a command with an AWS session that was authenticated with MFA.
//!
//! The way through: `cli` parses, `commands` has the order of effects of each subcommand, `sign_in`
//! obtains a session. `model` has the rules and no effects, `edge` the effects and no rules.
//!
//! This library is the program's. It has no other users, and no promise for any.

mod cli;
mod commands;
mod edge;
mod error;
mod escape;
mod model;
mod options;
mod sign_in;

pub use cli::run;
pub use edge::process::inherited::words;

/// For this project's fuzzers, benchmark and tests.
#[doc(hidden)]
pub mod internals {
    pub use crate::cli::{definitions, hook_panics};
    pub use crate::edge::aws::errors::{Called, failure};
    pub use crate::edge::aws::validate::{TemporaryKeys, validate_caller, validate_keys};
    pub use crate::edge::prompt::terminal::{Ask, Echo, Terminal};
    pub use crate::edge::signals::Wake;
    pub use crate::edge::store::cache::{Cache, Keeping};
    pub use crate::edge::store::crypto::{seal, unseal};
    pub use crate::edge::store::keyring::CacheKey;
    pub use crate::edge::store::record::{KnownDevice, StoredCaller, StoredSession};
    pub use crate::error::Error;
    pub use crate::escape::printable;
    pub use crate::model::child::env::child_environment;
    pub use crate::model::config::{ConfigFile, FileKind, Profiles};
    pub use crate::model::environment::Environment;
    pub use crate::model::failure::answer_form::Form;
    pub use crate::model::failure::asked::Asked;
    pub use crate::model::failure::diagnose::diagnose;
    pub use crate::model::failure::secrets::Secrets;
    pub use crate::model::origin::{Origin, Sourced};
    pub use crate::model::plan::code_source::CodeSource;
    pub use crate::model::plan::explanation::Explanation;
    pub use crate::model::plan::{Fresh, plan};
    pub use crate::model::session::aws_clock::AwsClock;
    pub use crate::model::session::{Session, SessionKind};
    pub use crate::model::settings::exports::without_exports;
    pub use crate::model::settings::selection::Selection;
    pub use crate::model::settings::{SessionOptions, Settings};
    pub use crate::model::time::Timestamp;

    /// What the documentation says about them is made from these.
    pub mod exit_codes {
        pub use crate::error::{
            EXIT_CANNOT_RUN, EXIT_FAILED, EXIT_NOT_FOUND, EXIT_OWN_FAILURE, EXIT_USAGE,
        };
    }

    /// The lines of pinentry's protocol.
    pub mod assuan {
        pub use crate::model::prompt::assuan::{Response, option, request, response};
    }

    /// What a `credential_process` prints.
    pub mod program_output {
        pub use crate::model::source::program_output::parse;
    }
}
