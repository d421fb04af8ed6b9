#pragma once

namespace efferent {

/// The arm as MuJoCo reads it: the text of clients/arm/arm.xml, so that the program needs no file.
extern const char kArmMjcf[];

}  // namespace efferent
