// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import java.time.Duration;
import org.arrowworld.published.Patience;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/** Clients of the AWS SDK, as the environment says. */
final class S3Clients {
  private S3Clients() {}

  /** A client that asks once; its user asks again. */
  static S3Client reading(Patience patience) {
    return client(patience, AwsRetryStrategy.doNotRetry());
  }

  /** A client that tries as often as is said, and waits longer where it is asked to slow down. */
  static S3Client writing(Patience patience) {
    return client(
        patience,
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .maxAttempts(patience.attempts())
            .backoffStrategy(waiting(patience.pause()))
            .throttlingBackoffStrategy(waiting(patience.pause().multipliedBy(10)))
            .build());
  }

  private static BackoffStrategy waiting(Duration pause) {
    return BackoffStrategy.exponentialDelay(pause, pause.multipliedBy(64));
  }

  /**
   * Bodies go out as they are, neither in chunks nor with trailers, which not every server that
   * speaks S3 takes; what they hold is checked by this project's own checksums.
   */
  private static S3Client client(Patience patience, RetryStrategy retries) {
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(patience.limit())
                    .socketTimeout(patience.limit()))
            .region(region())
            .crossRegionAccessEnabled(true)
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(
                S3Configuration.builder()
                    .chunkedEncodingEnabled(false)
                    .expectContinueEnabled(false)
                    .build())
            .overrideConfiguration(o -> o.retryStrategy(retries));
    S3Client client = builder.build();
    if (client.serviceClientConfiguration().endpointOverride().isEmpty()) {
      return client;
    }
    client.close(); // other servers than Amazon's seldom have a host name for each bucket
    return builder.forcePathStyle(true).build();
  }

  /** The region that is set; else any one, from which requests are led to the bucket's. */
  private static Region region() {
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
          .getRegion();
    } catch (SdkClientException e) {
      return Region.US_EAST_1;
    }
  }
}
