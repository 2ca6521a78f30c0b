/**
 * What readers and writers of files share. Not for users; may change. Depends on {@code storage}.
 */
package org.arrowworld.export.internal;
