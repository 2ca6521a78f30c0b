// SPDX-License-Identifier: Apache-2.0
// README's Java program with Gradle 8 or newer: `gradle run`. This file was not run here: what .ci/try-release
// runs is Maven, and Coursier, which resolves the same POMs to the same jars.
plugins {
    application
}

java {
    toolchain {
        languageVersion = JavaLanguageVersion.of(17)
    }
}

repositories {
    mavenCentral()
    // Until a release is there: what `.ci/release` made, or `./mvnw -Dquick -DskipTests install`.
    mavenLocal()
}

dependencies {
    implementation(platform("org.arrowworld:arrow-world-bom:0.1.0-SNAPSHOT"))
    implementation("org.arrowworld:arrow-world-export")
}

application {
    mainClass = "Program"
}
