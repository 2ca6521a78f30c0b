// SPDX-License-Identifier: Apache-2.0
/** Runs as tables of Apache Spark: the data source {@code arrow-world}. */
package org.arrowworld.spark;
