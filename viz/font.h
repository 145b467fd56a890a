#pragma once
#include <string_view>

#include "viz/image.h"

namespace gradfold {

// Captions in pictures: a 5 x 7 pixel font of letters, digits and common signs; other characters are a box.
inline constexpr Index kGlyphWidth = 6, kGlyphHeight = 7;  // width with the gap to the next
inline constexpr Index kGlyphDrop = 2;                    // what g, p, q and y hang below
inline constexpr Index kCaptionScale = 2;                 // of captions: the font's pixel is two of the picture's

void draw_text(Image& image, Index x, Index y, std::string_view text, Color color = kBlack, Index scale = 1);
Index text_width(std::string_view text, Index scale = 1);

}  // namespace gradfold
