//! The endpoint that hands a session to the command, by the protocol of the container credentials
//! that all SDKs speak: which requests are answered, and with what.

pub(crate) mod answer;
pub(crate) mod request;
