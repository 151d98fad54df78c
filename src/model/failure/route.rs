//! The way of a call, as far as it was seen: the host that it was for, the proxy between, and the
//! machine that it began on.

/// Where a call went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// None where it did not get as far as a request.
    pub host: Option<String>,
    pub proxy: Option<Proxy>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Without a name and a password.
    pub url: String,
    pub variable: &'static str,
}

/// What kind of machine this is, for what a person can do about its clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Machine {
    /// Linux inside Windows: its clock stops while Windows sleeps (microsoft/WSL#10006).
    Wsl,
    /// It has the clock of the machine that runs it.
    Container,
    Systemd,
    MacOs,
    #[default]
    Other,
}

impl Machine {
    pub(crate) fn how_to_set_the_clock(self) -> &'static str {
        match self {
            Self::Wsl => "set the clock: sudo hwclock -s, or in Windows: wsl --shutdown",
            Self::Container => "set the clock of the machine that runs this container",
            Self::Systemd => "set the clock: sudo timedatectl set-ntp true",
            Self::MacOs => "set the clock: sudo sntp -sS time.apple.com",
            Self::Other => "set the clock, such as with sudo chronyd -q or sudo ntpd -gq",
        }
    }
}
