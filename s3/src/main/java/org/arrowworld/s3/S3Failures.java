// SPDX-License-Identifier: Apache-2.0
package org.arrowworld.s3;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.arrowworld.internal.Text;
import org.arrowworld.published.ObjectSource;
import org.arrowworld.published.RangeAnswer;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/** What the SDK's exceptions mean to a reader. */
final class S3Failures {
  private S3Failures() {}

  /**
   * The failure of a request.
   *
   * @param name of the object
   * @param from first byte that was asked for
   */
  static IOException of(SdkException failure, String name, long from) {
    IOException found = found(failure, name, from);
    if (found.getCause() == null && found != failure.getCause()) {
      found.initCause(failure);
    }
    return found;
  }

  private static IOException found(SdkException failure, String name, long from) {
    if (failure instanceof AwsServiceException said) {
      return RangeAnswer.failure(said.statusCode(), text(said), name, from);
    }
    if (failure instanceof AbortedException) {
      return new InterruptedIOException("interrupted");
    }
    IOException cause = cause(failure);
    if (cause instanceof ObjectSource.RefusedException) {
      return cause;
    }
    return cause == null
        ? new ObjectSource.RefusedException(text(failure))
        : new IOException(text(failure));
  }

  private static IOException cause(SdkException failure) {
    Throwable cause = failure.getCause();
    while (cause != null && !(cause instanceof IOException)) {
      cause = cause.getCause();
    }
    return (IOException) cause;
  }

  /** What went wrong, in the words of the server, of the connection, or of the SDK. */
  static String text(SdkException failure) {
    if (failure instanceof AwsServiceException said) {
      String code = said.awsErrorDetails() == null ? null : said.awsErrorDetails().errorCode();
      return Text.of("HTTP %d%s", said.statusCode(), code == null ? "" : " " + code);
    }
    IOException cause = cause(failure);
    Exception told = cause == null ? failure : cause;
    return told.getMessage() == null ? told.toString() : told.getMessage();
  }
}
