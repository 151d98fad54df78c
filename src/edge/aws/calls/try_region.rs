//! Whether STS of another region than the invocation's gives sessions to the long-term key.

use std::time::Duration;

use aws_sdk_sts::config::Region;
use aws_sdk_sts::config::timeout::TimeoutConfig;

use crate::edge::aws::calls::sts::NO_CREDENTIALS;
use crate::edge::aws::errors::{failure, lost};
use crate::edge::aws::thread::{Aws, Pending};
use crate::model::session::MIN_DURATION;

/// How long the answer of a region is waited for. Many are asked, and the farthest is a second away.
const REGION_TIMEOUT: Duration = Duration::from_secs(5);

impl Aws {
    /// Asks for the shortest session that there is, without a code, and drops it at once: no one needs a
    /// permission for it, and it can do nothing that the key could not do. GetCallerIdentity would not
    /// tell, because it is answered also where STS is switched off (aws/aws-sdk-go-v2#2846).
    pub(crate) fn try_region(&self, region: &str) -> Pending<()> {
        const OPERATION: &str = "GetSessionToken";
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(REGION_TIMEOUT)
            .operation_timeout(REGION_TIMEOUT)
            .build();
        let there = aws_sdk_sts::config::Builder::default()
            .region(Region::new(region.to_owned()))
            .timeout_config(timeouts);
        let duration = i32::try_from(MIN_DURATION).unwrap_or(i32::MAX);
        self.call(OPERATION, None, self.secrets.clone(), move |clients| {
            let call = clients.sts.get_session_token().duration_seconds(duration);
            async move {
                let call = call.customize().config_override(there);
                let answer = call.send().await.map_err(|e| failure(OPERATION, &e))?;
                match answer.credentials {
                    Some(_) => Ok(()),
                    None => Err(lost(OPERATION, NO_CREDENTIALS)),
                }
            }
        })
    }
}
