//! What a person is asked and told: codes, passphrases, whether to go on.

pub(crate) mod agreement;
pub(crate) mod code_source;
pub(crate) mod confirm;
pub(crate) mod dialogs;
pub(crate) mod passphrase;
pub(crate) mod progress;
pub(crate) mod turn;
pub(crate) mod two_codes;
