//! Where a code would come from.

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

    /// Whether a person is asked.
    pub fn asks(&self) -> bool {
        matches!(self, Self::Terminal | Self::Dialog)
    }
}
