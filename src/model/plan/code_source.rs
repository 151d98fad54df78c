//! Where a code would come from.

use crate::model::settings::Settings;

/// Where a code would come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeSource {
    /// It came with the invocation.
    Given,
    /// A program prints it.
    Program,
    /// A person types it on the terminal.
    Terminal,
    /// A person types it into another program.
    Dialog,
    /// There is no way to get one; why.
    None(String),
}

impl CodeSource {
    /// Its name in JSON; none where there is none.
    pub fn name(&self) -> Option<&'static str> {
        match self {
            Self::Given => Some("given"),
            Self::Program => Some("mfa_process"),
            Self::Terminal => Some("terminal"),
            Self::Dialog => Some("dialog"),
            Self::None(_) => None,
        }
    }

    /// Whether the key is tried before the code is sent: while a person types it, and where the
    /// endpoint may not be one of STS at all.
    pub(crate) fn tries_key(&self, settings: &Settings) -> bool {
        match self {
            Self::Terminal | Self::Dialog => true,
            Self::Given | Self::Program => settings.endpoints.may_be_of_another_service(),
            Self::None(_) => false,
        }
    }

    /// Whether a person is asked.
    pub fn asks(&self) -> bool {
        matches!(self, Self::Terminal | Self::Dialog)
    }
}
