// SPDX-License-Identifier: Apache-2.0
/** Published stores in S3 and in what speaks its protocol: read from, and published to, s3: addresses. */
package org.arrowworld.s3;
