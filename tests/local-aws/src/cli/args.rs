//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use local_aws::{Fault, span};

/// A stand-in for AWS on loopback: STS with MFA, the users, keys and devices of IAM, and one call
/// of EC2.
#[derive(Parser)]
#[command(name = "local-aws")]
pub(crate) struct LocalAws {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// The running server (or LOCAL_AWS_URL), for code, clock, journal, fault and end-sessions
    #[arg(long, global = true)]
    pub(crate) url: Option<String>,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// The part of the AWS CLI that the story needs.
#[derive(Parser)]
#[command(name = "aws")]
pub(crate) struct Aws {
    #[command(subcommand)]
    pub(crate) service: Service,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve until killed
    Serve(Serve),
    #[command(flatten)]
    Control(Control),
    #[command(flatten)]
    Aws(Service),
}

#[derive(Args)]
pub(crate) struct Serve {
    /// The account's file; without it, the account of the story
    #[arg(long)]
    pub(crate) account: Option<PathBuf>,
    /// 0 takes a free port
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
}

#[derive(Subcommand)]
pub(crate) enum Control {
    /// Print the code of the moment of a user's first TOTP device
    Code { user: String },
    /// Print the server's clock, or move it by a span such as +4h or -14m50s; 0 sets it right
    Clock {
        #[arg(allow_hyphen_values = true, value_parser = span)]
        span: Option<jiff::SignedDuration>,
    },
    /// Print what the server was asked, one line for each request
    Journal {
        /// As a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Make the next N requests fail, e.g. `fault throttling --action GetSessionToken 2`
    Fault {
        fault: Fault,
        #[arg(default_value_t = 1)]
        next: u32,
        /// Only requests with this action
        #[arg(long)]
        action: Option<String>,
    },
    /// End every session that was given out
    EndSessions,
}

/// Options of the client, as the AWS CLI names them.
#[derive(Args)]
#[command(next_help_heading = "Options of ec2, iam and sts")]
pub(crate) struct Common {
    /// Take the keys from this profile, even if the environment has some
    #[arg(long, global = true)]
    pub(crate) profile: Option<String>,
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,
    /// Must be on loopback
    #[arg(long, global = true)]
    pub(crate) endpoint_url: Option<String>,
    /// Only json
    #[arg(long, global = true, value_parser = ["json"])]
    output: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum Service {
    /// Call EC2: describe-regions
    #[command(subcommand)]
    Ec2(Ec2),
    /// Call STS: get-caller-identity, get-session-token
    #[command(subcommand)]
    Sts(Sts),
    /// Ask for a key and a region, and write a new profile
    Configure,
    /// Call IAM: create-user, put-user-policy, create-access-key
    #[command(subcommand)]
    Iam(Iam),
}

/// What an administrator does for a new user.
#[derive(Subcommand)]
pub(crate) enum Iam {
    /// Make a user
    CreateUser {
        #[arg(long)]
        user_name: String,
    },
    /// Give a user a policy
    PutUserPolicy {
        #[arg(long)]
        user_name: String,
        #[arg(long)]
        policy_name: String,
        /// JSON, or file:// and the path of a file
        #[arg(long)]
        policy_document: String,
    },
    /// Make a key for a user
    CreateAccessKey {
        #[arg(long)]
        user_name: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum Ec2 {
    /// List the Regions
    DescribeRegions,
}

#[derive(Subcommand)]
pub(crate) enum Sts {
    /// Say whose keys these are
    GetCallerIdentity,
    /// Trade a long-term key and a code for a session
    GetSessionToken {
        #[arg(long)]
        serial_number: Option<String>,
        #[arg(long)]
        token_code: Option<String>,
        #[arg(long)]
        duration_seconds: Option<String>,
    },
}
