//! Runs a command with an AWS session that was authenticated with MFA.
