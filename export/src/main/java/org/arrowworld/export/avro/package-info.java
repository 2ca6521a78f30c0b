/** Avro container files. Depends on {@code rows} and avro. */
package org.arrowworld.export.avro;
