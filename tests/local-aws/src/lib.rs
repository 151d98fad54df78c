//! A stand-in for the parts of AWS that mfaexec and its users touch: STS, IAM's users, keys and devices,
//! the federation endpoint of the console, and calls of EC2 and S3 that read, behind a policy evaluator.
//!
//! It is strict where AWS is: it recomputes every signature, checks keys, sessions, codes and
//! policies on a clock that a test can move, and it keeps a journal of what it was asked. It uses
//! no code of mfaexec and none of the AWS SDK, so that a mistake cannot agree with itself.
//!
//! ```
//! use local_aws::{Account, Fault, Server};
//!
//! let server = Server::start(Account::story())?;
//! server.fault_on("GetSessionToken", Fault::Throttling, 1);
//! assert_eq!(server.code("testuser").len(), 6);
//! assert!(server.journal().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```

mod account;
mod auth;
mod body;
pub mod control;
mod ec2;
mod fault;
mod federation;
mod iam;
mod journal;
mod mfa;
mod pipeline;
mod policy;
mod qr;
mod refusal;
mod request;
mod s3;
mod server;
pub mod sigv4;
mod state;
mod sts;
mod validate;
mod xml;

pub use account::{Account, AccountError, Device, Key, LastUsed, Role, User};
pub use fault::{Fault, span};
pub use journal::Entry;
pub use policy::{Decision, Policy};
pub use server::Server;
