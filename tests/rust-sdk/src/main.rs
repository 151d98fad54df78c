//! Says who it is: the access key that the SDK has found, and the ARN that STS has for it.

use std::error::Error;
use std::io::Write;

use aws_config::BehaviorVersion;
use aws_sdk_sts::config::ProvideCredentials;
use aws_sdk_sts::error::DisplayErrorContext;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

fn main() -> Result<(), Box<dyn Error>> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let who = runtime.enable_all().build()?.block_on(who());
    // What a program writes to its log.
    who.map_err(|error| DisplayErrorContext(&*error).to_string().into())
}

async fn who() -> Result<(), Box<dyn Error>> {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let http = Builder::new().tls_provider(tls).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
    let config = config.load().await;
    let provider = config.credentials_provider().ok_or("no provider")?;
    let keys = provider.provide_credentials().await?;
    let caller = aws_sdk_sts::Client::new(&config).get_caller_identity();
    let caller = caller.send().await?;
    let arn = caller.arn().unwrap_or_default();
    writeln!(std::io::stdout(), "{} {arn}", keys.access_key_id())?;
    Ok(())
}
